import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

/** The program of `examples/bench.ts`. */
const files = { routes: 'bench/routes', hooks: { server: 'bench/hooks.server' } }

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter(),
      // In production, SvelteKit's own check of forms would answer before Limen's. Without a proxy it
      // would also refuse the app's own forms: adapter-node takes every request for https.
      csrf: { trustedOrigins: ['*'] },
      ...(process.env['BENCH'] && { files }),
    }),
  ],
})
