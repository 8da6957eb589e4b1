/** Form fields, with their hints and error messages. */
import type { Child } from 'hono/jsx'

/** The error message of each field, in the order of the form. */
export type Problems = Readonly<Record<string, string | null | undefined>>

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly problems: Problems
  readonly hint?: string
  readonly [attribute: string]: unknown
}

/** A single-line field. The first field with a problem gets the focus. */
export function Field({ name, label, problems, hint, ...attributes }: FieldProps) {
  return (
    <Labelled name={name} label={label} hint={hint} problem={problems[name]}>
      <input id={name} name={name} {...attributes} {...described(name, problems, hint)} />
    </Labelled>
  )
}

/** The box that sign-in and sign-up have. A form has its name only if it is checked. */
export function RememberBox({ checked = false }: { readonly checked: boolean | undefined }) {
  return (
    <div class="field">
      <label class="choice">
        <input type="checkbox" name="remember" checked={checked} aria-describedby="remember-hint" />
        Stay signed in on this device
      </label>
      <p class="hint" id="remember-hint">
        Leave it empty on a shared device.
      </p>
    </div>
  )
}

/** A multi-line field. */
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
        {/* HTML parsers remove the first line break in a textarea, so we add one. */}
        {`\n${value}`}
      </textarea>
    </Labelled>
  )
}

/**
 * The message above a rejected form: a link to each field with a problem, or a problem of the whole
 * form, which then gets the focus.
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
    // Only one element of a page can have autofocus.
    ...(Object.keys(problems).find((field) => problems[field]) === name && { autofocus: true }),
  }
}
