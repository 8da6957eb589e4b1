import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          globalSetup: ['test/smtp-setup.ts'],
          include: ['test/{node,node-sqlite,deno,browser,account-browser,oauth-browser}.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.jsonc' },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations('./migrations/workers'),
                TOTP_KEY: Buffer.alloc(32).toString('base64'),
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          globalSetup: ['test/smtp-setup.ts', 'test/providers-setup.ts'],
          include: ['test/workers.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
})
