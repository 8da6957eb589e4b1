/** The root of the repository, its packages and their manifests. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The parts of a package.json that our scripts read. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, string>>
  readonly homepage?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The root of the repository, with a slash at its end. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** Reads a manifest by its path from the root. */
export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(root + path, 'utf8')) as Manifest
}

/** The folders of a parent folder that have a manifest, as paths from the root. */
export function foldersIn(parent: 'apps' | 'packages'): readonly string[] {
  return readdirSync(root + parent)
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(`${root}${folder}/package.json`))
}

/** The folders of the packages that are published. */
export function publicFolders(): readonly string[] {
  return foldersIn('packages').filter((folder) => !readManifest(`${folder}/package.json`).private)
}

/**
 * The peers of a package that this workspace does not install, because they are frameworks: those that
 * are not in its devDependencies. The app of the same name in `examples/` installs them, and
 * `.config/peers.ts` links them into the package.
 */
export function frameworkPeers(folder: string): readonly string[] {
  const { devDependencies = {}, peerDependencies = {} } = readManifest(`${folder}/package.json`)
  return Object.keys(peerDependencies).filter((peer) => !devDependencies[peer])
}

/**
 * The folders of the public packages that import a framework. They have no script `types`: `examples/`
 * checks their types and runs their tests. Their build checks no types, so it needs no framework.
 */
export function frameworkFolders(): readonly string[] {
  return publicFolders().filter((folder) => frameworkPeers(folder).length > 0)
}
