import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { frameworkFolders } from '../.config/packages.ts'

const packages = frameworkFolders().map((folder) => basename(folder))

export default defineConfig({
  test: {
    // Each app starts servers, builds and Chromium: two at once would slow each other down.
    fileParallelism: false,
    projects: [
      {
        root: fileURLToPath(new URL('../packages', import.meta.url)),
        test: { name: 'packages', include: packages.map((name) => `${name}/src/**/*.test.ts`) },
      },
      {
        test: {
          name: 'apps',
          include: ['*/*.test.ts'],
          testTimeout: 60_000,
          // A production build of a framework can take a minute.
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
