import { page } from 'driver/page'
import { defineHandler } from 'nitro'
import { html, raw } from 'nitro/h3'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => html(raw(page(await nameOf(event)))))
