import node from '@astrojs/node'
import { defineConfig } from 'astro/config'

export default defineConfig({
  output: 'server',
  // The program of `examples/bench.ts`.
  ...(process.env['BENCH'] && { srcDir: 'bench', security: { checkOrigin: false } }),
  adapter: node({ mode: 'standalone' }),
  devToolbar: { enabled: false },
  vite: {
    // Its page for errors would cover the others in the test with Chromium.
    server: { hmr: { overlay: false } },
  },
})
