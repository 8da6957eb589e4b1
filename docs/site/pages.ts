/** Which Markdown files of the repository are pages of the site, under which names, in which order. */

/** A section of the side bar: files by their paths from the root of the repository. */
interface Section {
  readonly label: string
  readonly pages: readonly string[]
}

export const SECTIONS: readonly Section[] = [
  {
    label: 'Start',
    pages: [
      'docs/start.md',
      'docs/getting-started.md',
      'docs/how-it-works.md',
      'docs/configuration.md',
    ],
  },
  {
    label: 'Use',
    pages: [
      'docs/sessions.md',
      'docs/tickets.md',
      'docs/device-bound.md',
      'recipes/README.md',
      'docs/websockets.md',
      'docs/shared-caches.md',
      'docs/subdomain.md',
      'docs/testing-your-app.md',
    ],
  },
  {
    label: 'Frameworks',
    pages: [
      'docs/hono.md',
      'docs/node.md',
      'docs/nextjs.md',
      'docs/react-router.md',
      'docs/tanstack-start.md',
      'docs/sveltekit.md',
      'docs/astro.md',
      'docs/h3.md',
      'docs/nuxt.md',
      'docs/elysia.md',
    ],
  },
  {
    label: 'Stores',
    pages: [
      'docs/stores.md',
      'docs/stores/d1.md',
      'docs/stores/durable-objects.md',
      'docs/stores/workers-kv.md',
      'docs/stores/deno-kv.md',
      'docs/stores/redis.md',
      'packages/sql/README.md',
      'docs/stores/cached-and-split.md',
    ],
  },
  {
    label: 'Leaving Lucia',
    pages: [
      'docs/leaving-lucia.md',
      'docs/leaving-lucia-v2.md',
      'docs/leaving-lucia-v3.md',
      'docs/lucia-names.md',
      'docs/lucia-passwords.md',
      'packages/lucia/README.md',
      'packages/lucia-codemod/README.md',
    ],
  },
  {
    label: 'Extend',
    pages: [
      'docs/write-a-store.md',
      'docs/write-an-adapter.md',
      'docs/write-an-extension.md',
      'packages/conformance/README.md',
    ],
  },
  {
    label: 'Security',
    pages: ['docs/threat-model.md', 'docs/asvs.md', 'SECURITY.md', 'apps/lab/matrix.md'],
  },
  {
    label: 'Measured',
    pages: ['docs/costs.md', 'apps/bench/results.md', 'packages/conformance/soak.md'],
  },
  {
    label: 'Questions',
    pages: [
      'docs/questions/README.md',
      'docs/questions/signed-out-after-15-days.md',
      'docs/questions/sign-in-does-not-stay.md',
      'docs/questions/remember-me.md',
      'docs/questions/log-out-all-devices.md',
      'docs/questions/after-a-new-password.md',
      'docs/questions/no-such-table.md',
      'docs/questions/sign-out-in-every-tab.md',
      'docs/questions/revoked-but-still-signed-in.md',
      'docs/questions/session-ends-at-a-fixed-time.md',
      'docs/questions/limit-of-sessions.md',
      'docs/questions/requests-hang-on-workers.md',
      'docs/questions/nextjs-redirect-loses-cookie.md',
    ],
  },
  {
    label: 'Errors',
    pages: [
      'docs/errors/README.md',
      'docs/errors/AUTH_CONFIG.md',
      'docs/errors/AUTH_COOKIES_DISABLED.md',
      'docs/errors/AUTH_DUPLICATE_USER_ID.md',
      'docs/errors/AUTH_INVALID_ATTRIBUTES.md',
      'docs/errors/AUTH_INVALID_SESSION_ID.md',
      'docs/errors/AUTH_INVALID_USER_ID.md',
      'docs/errors/AUTH_RECORD_TOO_LARGE.md',
      'docs/errors/AUTH_RESPONSE_SENT.md',
      'docs/errors/AUTH_SESSION_LIMIT.md',
      'docs/errors/AUTH_STORE_REJECTED.md',
      'docs/errors/AUTH_STORE_UNAVAILABLE.md',
      'docs/errors/AUTH_UNTRUSTED_ORIGIN.md',
    ],
  },
  {
    label: 'Events',
    pages: [
      'docs/events/README.md',
      'docs/events/created.md',
      'docs/events/replaced.md',
      'docs/events/validated.md',
      'docs/events/renewed.md',
      'docs/events/invalidated.md',
      'docs/events/token-rejected.md',
      'docs/events/origin-refused.md',
      'docs/events/store-failed.md',
      'docs/events/cookie-lost.md',
      'docs/events/validated-late.md',
      'docs/events/secure-cookie-over-http.md',
      'docs/events/device-registered.md',
      'docs/events/device-bound.md',
      'docs/events/device-refused.md',
    ],
  },
  {
    label: 'Reasons',
    pages: [
      'docs/rejections/README.md',
      'docs/rejections/malformed.md',
      'docs/rejections/header-too-large.md',
      'docs/rejections/ambiguous.md',
      'docs/rejections/unknown.md',
      'docs/rejections/secret-mismatch.md',
      'docs/rejections/expired.md',
      'docs/rejections/unproven.md',
      'docs/rejections/cross-site.md',
      'docs/rejections/origin-mismatch.md',
      'docs/rejections/origin-missing.md',
      'docs/rejections/origin-insecure.md',
      'docs/rejections/host-unknown.md',
    ],
  },
]

/** The entry points whose doc comments are the reference, by their paths from `packages`. */
export const ENTRY_POINTS: readonly string[] = [
  'core/src/index.ts',
  'core/src/tickets.ts',
  'core/src/store-kit.ts',
  'hono/src/index.ts',
  'workers/src/index.ts',
  'deno/src/index.ts',
  'sql/src/index.ts',
  'redis/src/index.ts',
  'lucia/src/index.ts',
  'testing/src/index.ts',
  'conformance/src/index.ts',
]

/** The page of the site for a file of the repository, without slashes at its ends. */
export function slugOf(path: string): string {
  return path
    .replace(/^docs\//, '')
    .replace(/^(packages|apps)\//, '')
    .replace(/(\/|^)README\.md$/, '')
    .replace(/\.md$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
}
