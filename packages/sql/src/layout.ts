/** The names of tables and columns, and how attributes are stored: the types of the option. */

/** How one attribute is stored, where each has a column of its own. */
export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json'

/** The column types that can store an attribute. */
export type ColumnTypeOf<Value> = [NonNullable<Value>] extends [never]
  ? ColumnType
  : [NonNullable<Value>] extends [string]
    ? 'text' | 'json'
    : [NonNullable<Value>] extends [number]
      ? 'integer' | 'real' | 'json'
      : [NonNullable<Value>] extends [boolean]
        ? 'boolean' | 'json'
        : 'json'

/** The column of one attribute, with its options. */
export interface AttributeColumn<Type extends ColumnType = ColumnType> {
  /** How it is stored. A `boolean` is 0 or 1 where the engine has none; `json` is text in SQLite. */
  readonly type: Type
  /** The column's name. Default: the attribute's. */
  readonly name?: string | undefined
  /**
   * What SQL's `NULL` means: that the attribute was left out (`true`), or the value `null`
   * (`false`, the default). A column has only one `NULL`. For an attribute that can be left out or
   * be `null`, only a `json` column stores the difference, as JSON has its own `null`.
   */
  readonly optional?: boolean | undefined
}

/** {@link AttributeColumn} for an attribute that can be left out and is never `null`: it needs `optional: true`. */
export type OptionalColumn<Type extends ColumnType> = AttributeColumn<Type> & {
  readonly optional: true
}

/** {@link AttributeColumn} for an attribute that is always present. */
export type RequiredColumn<Type extends ColumnType> =
  | Type
  | (AttributeColumn<Type> & { readonly optional?: false | undefined })

/** A column for each attribute, of a type that can store it. */
export type AttributeColumns<Attributes> = {
  readonly [Name in keyof Attributes]-?: undefined extends Attributes[Name]
    ? null extends Attributes[Name]
      ? ColumnTypeOf<Attributes[Name]> | AttributeColumn<ColumnTypeOf<Attributes[Name]>>
      : OptionalColumn<ColumnTypeOf<Attributes[Name]>>
    : RequiredColumn<ColumnTypeOf<Attributes[Name]>>
}

/** The table of users. Its name can be `schema.table`. */
export interface UserLayout<UserAttributes = object> {
  /** The table. Default: `limen_user`. */
  readonly table?: string | undefined
  /** The column of the id, which must be unique. Default: `id`. */
  readonly id?: string | undefined
  /**
   * The SQL type of the id, as `create table` takes it. The column of the session table that refers
   * to it gets the same type. Default: `text`; in MySQL and MariaDB 255 characters that compare
   * bytewise. With a type such as `uuid`, pass a `userId` to `createUser`. Ids must be in the engine's
   * canonical form. Any other form (`'01'` for `'1'`) matches no user; where the type is an integer or
   * `uuid`, `createUser` rejects it with `AUTH_CONFIG`.
   */
  readonly idType?: string | undefined
  /** The column that stores all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string | undefined
  /** A column for each attribute instead. The table is then your own: no migration creates it. */
  readonly columns?: AttributeColumns<UserAttributes> | undefined
}

/** The table of sessions. Its name can be `schema.table`. */
export interface SessionLayout<SessionAttributes = object> {
  /** The table. Default: `limen_session`. */
  readonly table?: string | undefined
  /** The column of the public id. Default: `id`. */
  readonly id?: string | undefined
  /** The column of the user's id. Default: `user_id`. */
  readonly userId?: string | undefined
  /** The column of the secret's hash. Default: `secret_hash`. */
  readonly secretHash?: string | undefined
  /** The column of the time of creation. Default: `created_at`. */
  readonly createdAt?: string | undefined
  /** The column of the end of the active period. Default: `active_expires_at`. */
  readonly activePeriodExpiresAt?: string | undefined
  /** The column of the end of the idle period. Default: `idle_expires_at`. */
  readonly idlePeriodExpiresAt?: string | undefined
  /** The column that stores all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string | undefined
  /** A column for each attribute instead. */
  readonly columns?: AttributeColumns<SessionAttributes> | undefined
}

/** The table of tickets. Its name can be `schema.table`. */
export interface TicketLayout {
  /** The table. Default: `limen_ticket`. */
  readonly table?: string | undefined
}

/** Names and columns that differ from the defaults. */
export interface SqlLayout<UserAttributes = object, SessionAttributes = object> {
  /** The table of users. */
  readonly user?: UserLayout<UserAttributes> | undefined
  /** The table of sessions. */
  readonly session?: SessionLayout<SessionAttributes> | undefined
  /** The table of tickets: `sqlTicketStore` is given the same. */
  readonly ticket?: TicketLayout | undefined
}
