/** One labelled field of a form, with its hint and what is wrong with it. */
import type { Child } from 'hono/jsx'

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly problem?: string | null | undefined
  readonly [attribute: string]: unknown
}

/** A line of text. */
export function Field({ name, label, hint, problem, ...attributes }: FieldProps) {
  return (
    <Labelled name={name} label={label} hint={hint} problem={problem}>
      <input id={name} name={name} {...attributes} {...described(name, hint, problem)} />
    </Labelled>
  )
}

/** Several lines of text. */
export function TextField({
  name,
  label,
  hint,
  problem,
  value = '',
  ...attributes
}: FieldProps & { readonly value?: string | undefined }) {
  return (
    <Labelled name={name} label={label} hint={hint} problem={problem}>
      <textarea id={name} name={name} {...attributes} {...described(name, hint, problem)}>
        {/* The parser drops the first line break of a textarea: this is the one to drop. */}
        {`\n${value}`}
      </textarea>
    </Labelled>
  )
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
      {problem ? (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      ) : (
        hint && (
          <p class="hint" id={`${name}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  )
}

function described(name: string, hint?: string, problem?: string | null) {
  if (problem) return { 'aria-invalid': 'true', 'aria-describedby': `${name}-problem` }
  return hint ? { 'aria-describedby': `${name}-hint` } : {}
}
