import { defineCachedHandler } from 'nitro/cache'
import { nameOf } from '../auth.ts'

export default defineCachedHandler(async (event) => `who: ${await nameOf(event)}`, { maxAge: 60 })
