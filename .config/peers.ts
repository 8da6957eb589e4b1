/**
 * Links the frameworks that examples/ installs into the packages that import them, so that type checks,
 * tests, apps and editors find them there. The scripts in examples/ run it.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { frameworkFolders, frameworkPeers, root } from './packages.ts'

for (const folder of frameworkFolders()) {
  const app = folder.replace(/^packages/, 'examples')
  for (const peer of frameworkPeers(folder)) {
    const target = `${root}${app}/node_modules/${peer}`
    if (!existsSync(target)) {
      console.error(`${folder}: ${app} must have ${peer} in its dependencies`)
      process.exitCode = 1
      continue
    }
    const link = `${root}${folder}/node_modules/${peer}`
    mkdirSync(dirname(link), { recursive: true })
    rmSync(link, { force: true })
    symlinkSync(target, link, 'junction')
  }
}
