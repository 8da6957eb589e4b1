import { defineHandler } from 'nitro'
import { nameOf } from '../auth.ts'

export default defineHandler(async (event) => `who: ${await nameOf(event)}`)
