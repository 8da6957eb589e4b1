export default defineNuxtConfig({
  modules: ['@limen/nuxt'],
  compatibilityDate: '2026-11-01',
  devtools: { enabled: false },
  telemetry: false,
  routeRules: {
    '/static': { prerender: true },
    '/cached': { swr: 60 },
    '/api/swr': { swr: 60 },
    '/api/ruled': { headers: { 'cache-control': 'public, max-age=60' } },
  },
})
