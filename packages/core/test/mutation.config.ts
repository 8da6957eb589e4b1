/** The tests that detect changes to core: fast, in Node, and without chance. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // By its name, a package would resolve to the original outside the copy.
    alias: [
      { find: /^@limen\/core$/, replacement: at('../src/index.ts') },
      { find: /^@limen\/core\/memory-store$/, replacement: at('../src/memory-store.ts') },
      { find: /^@limen\/core\/store-kit$/, replacement: at('../src/store-kit.ts') },
      { find: /^@limen\/conformance$/, replacement: at('../../conformance/src/index.ts') },
      { find: /^@limen\/hono$/, replacement: at('../../hono/src/index.ts') },
    ],
  },
  test: {
    root: at('../..'),
    include: ['{core,hono}/src/**/*.test.ts', 'conformance/{src,test}/*.test.ts'],
    exclude: [
      'core/src/{types,cached-histories,hostile/hostile-input}.test.ts',
      'conformance/test/broken-stores.test.ts',
    ],
    setupFiles: [at('mutation-setup.ts')],
  },
})
