/** Stores a new session: alone, in place of another one, or within a limit. */
import type { InsertOptions, RoutedId, SessionLimit, SessionRecord, UserRecord } from '@limen/core'
import { RETRY, retrying, sessionLimitReached } from '@limen/core/store-kit'
import type { RunScript } from './client.ts'
import type { KeysOf } from './keys.ts'
import { gaveUp } from './messages.ts'
import { sessionText } from './record.ts'
import { DELETE, DELETE_EXISTING, INSERT, INSERT_WITH_OPTIONS, READ } from './scripts.ts'

const ATTEMPTS = 20
/** Enough for 50 concurrent sign-ins of one user over a connection with a round trip of 200 ms. */
const LONGEST_WAIT_MS = 2048

/** What {@link INSERT_WITH_OPTIONS} returns. */
type Inserted<UserAttributes> =
  | { readonly user: UserRecord<UserAttributes> }
  | { readonly ids: readonly string[] }
  | { readonly isRefused: true }
  | null

/** The `insert` of a store. */
type Insert<UserAttributes> = (
  record: SessionRecord<unknown, RoutedId>,
  options?: InsertOptions<RoutedId>,
) => Promise<UserRecord<UserAttributes> | null>

/** Returns the `insert` of a store. */
export function createInsert<UserAttributes>(
  run: RunScript,
  keysOf: KeysOf,
): Insert<UserAttributes> {
  return insert

  async function insert(
    record: SessionRecord<unknown, RoutedId>,
    { replaces, limit }: InsertOptions<RoutedId> = {},
  ): Promise<UserRecord<UserAttributes> | null> {
    const { route } = record.id
    if (replaces && replaces.route !== route) return insertForAnother(record, replaces, limit)
    const { user, session, sessions, rest } = keysOf(record.id)
    const { createdAt, idlePeriodExpiresAt } = record
    const keys = [user, session, sessions]
    const args = [
      rest,
      String(idlePeriodExpiresAt),
      // From the record: the clock of this process need not be the one that set the deadline.
      String(idlePeriodExpiresAt - createdAt),
      sessionText(record),
    ]
    if (!replaces && !limit) return run<UserRecord<UserAttributes> | null>(INSERT, keys, args)

    const replaced = replaces && keysOf(replaces)
    if (replaced) keys.push(replaced.session)
    args.push(replaced?.rest ?? '', ...limitTexts(limit))
    const tryWith = (ids: readonly string[]) => {
      const others = ids.map((id) => keysOf({ route, id: route + id }).session)
      return run<Inserted<UserAttributes>>(
        INSERT_WITH_OPTIONS,
        [...keys, ...others],
        [...args, ...ids],
      )
    }
    return retrying(
      async () => {
        let inserted = await tryWith([])
        // At once: the ids are outdated by the next sign-in of the user.
        if (inserted && 'ids' in inserted) inserted = await tryWith(inserted.ids)
        if (!inserted) return null
        if ('ids' in inserted) return RETRY
        if ('isRefused' in inserted) throw sessionLimitReached(limit!.most)
        return inserted.user
      },
      { attempts: ATTEMPTS, longestWaitMs: LONGEST_WAIT_MS, message: gaveUp('insert', ATTEMPTS) },
    )
  }

  /**
   * Replaces a session of another user, whose keys are in another hash slot: no script can use both.
   *
   * The new session is stored first, and returned only if this call then deletes the old one. Until it
   * is returned, no client has its token: at no time can both sessions be used. If the process or the
   * connection fails between the two steps, the old session stays valid, and the new one is listed
   * until it expires.
   */
  async function insertForAnother(
    record: SessionRecord<unknown, RoutedId>,
    replaces: RoutedId,
    limit: SessionLimit | undefined,
  ): Promise<UserRecord<UserAttributes> | null> {
    const old = keysOf(replaces)
    // A limit deletes other sessions: it must not when there is no session to replace.
    if (limit && !(await run(READ, [old.user, old.session], []))) return null
    const user = await insert(record, { limit })
    if (!user) return null
    if (await run(DELETE_EXISTING, [old.user, old.session, old.sessions], [old.rest])) return user
    const { session, sessions, rest } = keysOf(record.id)
    await run(DELETE, [session, sessions], [rest])
    return null
  }
}

function limitTexts(limit: SessionLimit | undefined): string[] {
  return limit ? [String(limit.most), limit.onLimit, String(limit.now)] : ['', '', '']
}
