import { authenticate } from '@limen/h3/nitro'
import { definePlugin } from 'nitro'
import { auth } from '../auth.ts'

export default definePlugin(authenticate(auth))
