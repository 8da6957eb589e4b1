/** Generates Prisma's client for the models that Lucia's documentation has. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What the tests use of a generated client. */
export interface PrismaClient {
  readonly user: { create(options: { data: object }): Promise<unknown> }
  readonly session: { findMany(): Promise<readonly { readonly expiresAt: Date }[]> }
  $disconnect(): Promise<void>
}

/** The class of the client for an engine. */
export async function generatedClient(
  provider: 'sqlite' | 'postgresql',
): Promise<new (options: { adapter: unknown }) => PrismaClient> {
  const folder = at(`../.cache/prisma-${provider}`)
  const schema = `${folder}/schema.prisma`
  await mkdir(folder, { recursive: true })
  await writeFile(
    schema,
    `
generator client {
  provider            = "prisma-client"
  output              = "./client"
  engineType          = "client"
  runtime             = "nodejs"
  moduleFormat        = "esm"
  importFileExtension = "ts"
}

datasource db {
  provider = "${provider}"
}

model User {
  id       String    @id
  username String
  sessions Session[]
}

model Session {
  id        String   @id
  userId    String
  expiresAt DateTime
  user      User     @relation(references: [id], fields: [userId], onDelete: Cascade)
}
`,
  )
  // The engine that changes schemas is not used, and would be downloaded.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  }
  const prisma = at('../node_modules/.bin/prisma')
  await promisify(execFile)(prisma, ['generate', '--schema', schema], { env, cwd: at('..') })
  const { PrismaClient } = (await import(pathToFileURL(`${folder}/client/client.ts`).href)) as {
    PrismaClient: new (options: { adapter: unknown }) => PrismaClient
  }
  return PrismaClient
}
