/** What a reader does where the codemod left a comment: [file, the comment and its statement, what replaces them]. */

interface Done {
  /** How many comments the codemod leaves. */
  readonly marks: number
  readonly edits: readonly (readonly [path: string, find: string, replacement: string])[]
}

export const done: Readonly<Record<string, Done>> = {
  v2: {
    marks: 3,
    edits: [
      [
        'users.ts',
        `  // TODO(limen): createUser() stores no key. Insert the row yourself: "insert into user_key (id, user_id, hashed_password) values (?, ?, ?)", with the id "provider:id". The hash is your own from now on.
  return auth.createUser({
    attributes: {
      username,
    },
  })
`,
        `  const user = await auth.createUser({
    attributes: {
      username,
    },
  })
  db.prepare('insert into user_key (id, user_id, hashed_password) values (?, ?, ?)').run(
    keyId(username),
    user.userId,
    await hashed(password),
  )
  return user
`,
      ],
      [
        'users.ts',
        `    // TODO(limen): Limen has no keys. Read the table of keys yourself ("select user_id, hashed_password from user_key where id = ?", with the id "provider:id"), and check the hash with verifyLuciaPassword() of @limen/lucia/password.
    const key = await auth.useKey('username', username.toLowerCase(), password)
    return key.userId
  } catch (e) {
    // TODO(limen): This code is gone: keys and passwords are your own. Requests are refused as described in docs/errors/README.md.
    if (
      e instanceof AuthError &&
      (e.message === 'AUTH_INVALID_KEY_ID' || e.message === 'AUTH_INVALID_PASSWORD')
    ) {
      return null
    }
    throw e
  }
}
`,
        `    const key = db
      .prepare('select user_id, hashed_password from user_key where id = ?')
      .get(keyId(username)) as { user_id: string; hashed_password: string } | undefined
    const isRight = await verifyLuciaPassword(key?.hashed_password, password)
    return key && isRight ? key.user_id : null
  } catch (e) {
    if (e instanceof AuthError) throw e
    throw e
  }
}

const keyId = (username: string) => \`username:\${username.toLowerCase()}\`

/** In Lucia's format, so that the old code can still check it. */
async function hashed(password: string): Promise<string> {
  const salt = randomBytes(8).toString('hex')
  const key = await promisify<string, string, number, object, Buffer>(scrypt)(
    password.normalize('NFKC'),
    salt,
    64,
    { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 },
  )
  return \`s2:\${salt}:\${key.toString('hex')}\`
}
`,
      ],
      [
        'users.ts',
        "import { AuthError, type InferUser } from '@limen/core'\n",
        `import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthError, type InferUser } from '@limen/core'
import { verifyLuciaPassword } from '@limen/lucia/password'
import { db } from './sqlite.ts'
`,
      ],
    ],
  },
  v3: {
    marks: 1,
    edits: [
      [
        'app.ts',
        `// TODO(limen): generateIdFromEntropySize: Leave userId out of createUser(), or use crypto.randomUUID().
import { generateIdFromEntropySize } from "lucia";
`,
        '',
      ],
      ['app.ts', 'generateIdFromEntropySize(10); // 16 characters long', 'crypto.randomUUID();'],
    ],
  },
}
