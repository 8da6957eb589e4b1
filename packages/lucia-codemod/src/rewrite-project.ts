/** Rewrites a project. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Project, type SourceFile, ts } from 'ts-morph'
import { rewriteGuideMiddleware, rewriteUse } from './calls.ts'
import { rewriteCreation } from './config.ts'
import { Changes } from './file-changes.ts'
import { authObjects, luciaTypeOf } from './finding.ts'
import { cleanImports } from './imports.ts'
import { removeDeclarations, rewriteErrors, rewriteProperties, rewriteTypes } from './types.ts'

/** What {@link rewriteProject} is told. */
export interface RewriteOptions {
  /** The folder of the project. */
  readonly folder: string
  /** Changes no file. */
  readonly dry?: boolean
  /** Receives a line for each step, so that a large project shows where it is. */
  readonly onProgress?: (line: string) => void
}

/** What changed in one file. */
export interface ChangedFile {
  /** Its path from the folder. */
  readonly path: string
  /** Its new text. */
  readonly text: string
  /** How many comments it has that say what to do. */
  readonly marks: number
}

/** What {@link rewriteProject} did. */
export interface RewriteResult {
  /** How many files were read. */
  readonly files: number
  /** How many auth objects were found. */
  readonly authObjects: number
  /** The files that change. */
  readonly changed: readonly ChangedFile[]
}

const NOT_INSTALLED =
  'The package lucia is not installed in this folder. Install the dependencies of the app first: its types show what is a session and what is a user. No file was changed.'

const SOURCE = /\.[mc]?[jt]sx?$/

/** Folders that contain no source code of the app. */
const IGNORED = /^(node_modules|dist|build|out|\.[^/]+)$/

/**
 * Rewrites the code of an app from Lucia 2 or 3 to Limen: what has a counterpart is replaced, and a
 * comment `TODO(limen)` says what to do where there is none. Lines without Lucia stay as they are. A
 * second run changes nothing.
 *
 * @param options The folder, and whether files are written.
 * @returns The files that change, with their new text.
 * @throws {Error} If the app uses Lucia 3, which is not installed in the folder.
 *
 * @example
 * const { changed } = await rewriteProject({ folder: 'my-app', dry: true })
 * for (const { path, marks } of changed) console.log(path, marks)
 */
export async function rewriteProject({
  folder,
  dry = false,
  onProgress,
}: RewriteOptions): Promise<RewriteResult> {
  const tell = onProgress ?? (() => {})
  const project = openProject(folder)
  const paths = sourcesIn(folder)
  tell(`Reading ${paths.length} files`)
  for (const path of paths) project.addSourceFileAtPath(join(folder, path))

  tell('Looking for Lucia')
  const found = authObjects(project)
  for (const { version, creation } of found) {
    // Without the types of version 3, `session.id` would stay, and a second run would not find it.
    if (version === 3 && luciaTypeOf(creation.getType()) !== 'Lucia') throw new Error(NOT_INSTALLED)
  }
  const changes = new Changes()
  for (const auth of found) {
    const home = relative(folder, auth.creation.getSourceFile().getFilePath())
    tell(
      `Following ${auth.name ?? 'the auth object'} of ${home}: Lucia ${auth.version}, ${auth.uses.length} uses`,
    )
    rewriteCreation(auth, changes)
    if (auth.version === 3) rewriteGuideMiddleware(auth, changes)
    for (const use of auth.uses) rewriteUse(use, auth, changes)
  }
  const isThird = found.some(({ version }) => version === 3)
  const reached = reachedFrom(found.map(({ creation }) => creation.getSourceFile()))
  const files = project
    .getSourceFiles()
    .filter((file) => reached.has(file) || /lucia/i.test(file.getFullText()))
  for (const [index, file] of files.entries()) {
    tell(`Rewriting ${index + 1} of ${files.length}: ${relative(folder, file.getFilePath())}`)
    if (isThird) rewriteProperties(file, changes)
    if (found[0]) rewriteTypes(file, found[0], changes)
    rewriteErrors(file, changes)
    if (found.length > 0) removeDeclarations(file, changes)
    cleanImports(file, changes)
  }

  const changed = changes.changed().map(([file, edits]) => ({
    path: relative(folder, file.getFilePath()),
    text: edits.apply(),
    marks: edits.marks,
  }))
  if (!dry) for (const { path, text } of changed) writeFileSync(join(folder, path), text)
  return { files: paths.length, authObjects: found.length, changed }
}

/** The paths of the source files in a folder, in their order. */
function sourcesIn(folder: string, path = ''): readonly string[] {
  const entries = readdirSync(join(folder, path), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name)
    if (entry.isDirectory()) return IGNORED.test(entry.name) ? [] : sourcesIn(folder, inner)
    return entry.isFile() && SOURCE.test(entry.name) ? [inner] : []
  })
}

/** A project with the aliases of its tsconfig.json. */
function openProject(folder: string): Project {
  const tsConfigFilePath = join(folder, 'tsconfig.json')
  return new Project({
    ...(existsSync(tsConfigFilePath) && { tsConfigFilePath }),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    compilerOptions: {
      allowJs: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
  })
}

/** Files that import given files, directly or through others: types of Lucia can reach them. */
function reachedFrom(start: readonly SourceFile[]): ReadonlySet<SourceFile> {
  const reached = new Set(start)
  for (const file of reached) {
    for (const other of file.getReferencingSourceFiles()) reached.add(other)
  }
  return reached
}
