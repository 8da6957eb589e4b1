import { defineConfig } from '@playwright/test'

const { CHROMIUM_PATH } = process.env

export default defineConfig({
  testMatch: '*.e2e.ts',
  reporter: 'list',
  outputDir: '../node_modules/.cache/playwright',
  use: {
    launchOptions: {
      args: ['--no-sandbox'],
      ...(CHROMIUM_PATH && { executablePath: CHROMIUM_PATH }),
    },
  },
})
