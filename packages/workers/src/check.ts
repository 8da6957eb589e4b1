/** Checks the bindings that an app passes: a typing error must not look like an outage. */
import { checkClient, hasMethod, kindOf } from '@limen/core/store-kit'
import { D1_KIND, KV_KIND, OBJECT_KIND, REMOTE_KIND } from './messages.ts'

/** A method that no other kind of binding has. */
const KINDS = [
  ['withSession', D1_KIND],
  ['getWithMetadata', KV_KIND],
  ['idFromName', OBJECT_KIND],
] as const

/**
 * Checks that a binding is of the right kind. It goes by methods, as bindings are proxies or instances
 * of classes that cannot be imported.
 *
 * @param call The function that was given the binding.
 * @param wanted The form that it needs.
 * @param binding What the user passed.
 * @param methods The methods that it calls.
 * @throws {AuthError} `AUTH_CONFIG`.
 */
export function checkBinding(
  call: string,
  wanted: string,
  binding: unknown,
  ...methods: readonly string[]
): void {
  // Service bindings and stubs seem to have every method: each is a remote call.
  checkClient(call, wanted, isRemote(binding) ? null : binding, methods, () =>
    kindOfBinding(binding),
  )
}

function kindOfBinding(binding: unknown): string {
  if (isRemote(binding)) return REMOTE_KIND
  const [, kind = kindOf(binding)] = KINDS.find(([method]) => hasMethod(binding, method)) ?? []
  return kind
}

function isRemote(binding: unknown): boolean {
  const { name } = (
    binding as { readonly constructor?: { readonly name?: string } } | null | undefined
  )?.constructor ?? { name: '' }
  return /^(Fetcher|DurableObject)$/.test(name ?? '')
}
