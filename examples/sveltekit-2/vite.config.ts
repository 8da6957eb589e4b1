import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [sveltekit({ adapter: adapter() })],
  // @limen/sveltekit is linked here, next to SvelteKit 3. An installed package finds this one by itself.
  resolve: { dedupe: ['@sveltejs/kit'] },
})
