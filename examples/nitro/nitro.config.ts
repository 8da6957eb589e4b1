import { defineConfig } from 'nitro'

export default defineConfig({
  serverDir: 'server',
  routeRules: {
    '/static': { prerender: true },
    '/swr': { swr: 60 },
    '/ruled': { headers: { 'cache-control': 'public, max-age=60' } },
  },
})
