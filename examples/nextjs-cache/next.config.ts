import { join } from 'node:path'
import type { NextConfig } from 'next'

const root = join(import.meta.dirname, '../..')

export default {
  // The packages are linked as TypeScript, and are outside of this folder. An app that installs them
  // from npm needs none of this.
  transpilePackages: ['@limen/core', '@limen/nextjs', '@limen/node', '@limen/sql', 'driver'],
  turbopack: { root },
  outputFileTracingRoot: root,
  cacheComponents: true,
  // `pnpm types` checks them.
  typescript: { ignoreBuildErrors: true },
} satisfies NextConfig
