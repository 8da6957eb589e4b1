/** The fields of a form, with their hints, and what is wrong after it was sent. */
import type { Child } from 'hono/jsx'

/** What is wrong with each field, in the order in which the form shows them. */
export type Problems = Readonly<Record<string, string | null | undefined>>

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly problems: Problems
  readonly hint?: string
  readonly [attribute: string]: unknown
}

/** A line of text. The first field with a problem has the focus when the page is shown. */
export function Field({ name, label, problems, hint, ...attributes }: FieldProps) {
  return (
    <Labelled name={name} label={label} hint={hint} problem={problems[name]}>
      <input id={name} name={name} {...attributes} {...described(name, problems, hint)} />
    </Labelled>
  )
}

/** Several lines of text. */
export function TextField({
  name,
  label,
  problems,
  hint,
  value = '',
  ...attributes
}: FieldProps & { readonly value?: string | undefined }) {
  return (
    <Labelled name={name} label={label} hint={hint} problem={problems[name]}>
      <textarea id={name} name={name} {...attributes} {...described(name, problems, hint)}>
        {/* The parser drops the first line break of a textarea: this is the one to drop. */}
        {`\n${value}`}
      </textarea>
    </Labelled>
  )
}

/**
 * What stands above a form that was not taken: a link to each field with a problem, or the one
 * problem that belongs to no field. The latter takes the focus, because no field does.
 */
export function FormAlert({
  problem,
  problems,
}: {
  problem?: string | undefined
  problems: Problems
}) {
  const invalid = Object.entries(problems).filter(([, text]) => text)
  if (invalid.length > 0) {
    return (
      <div class="alert" role="alert">
        <ul>
          {invalid.map(([name, text]) => (
            <li>
              <a href={`#${name}`}>{text}</a>
            </li>
          ))}
        </ul>
      </div>
    )
  }
  return problem ? (
    <p class="alert" role="alert" tabindex={-1} autofocus>
      {problem}
    </p>
  ) : null
}

function Labelled({
  name,
  label,
  hint,
  problem,
  children,
}: {
  name: string
  label: string
  hint: string | undefined
  problem: string | null | undefined
  children?: Child
}) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {problem && (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

function described(name: string, problems: Problems, hint?: string) {
  const ids = [problems[name] && `${name}-problem`, hint && `${name}-hint`].filter(Boolean)
  return {
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
    ...(problems[name] && { 'aria-invalid': 'true' }),
    // One page must not have two: the browser would take the first of the document anyhow.
    ...(Object.keys(problems).find((field) => problems[field]) === name && { autofocus: true }),
  }
}
