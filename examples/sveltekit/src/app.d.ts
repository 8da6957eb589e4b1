import type { InferAuthRequest } from '@limen/core'
import type { auth } from '#lib/server/auth.ts'

declare global {
  namespace App {
    interface Locals {
      auth: InferAuthRequest<typeof auth>
    }
  }
}
