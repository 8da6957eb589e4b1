declare namespace App {
  interface Locals {
    auth: import('@limen/core').InferAuthRequest<typeof import('./lib/auth.ts').auth>
  }
}
