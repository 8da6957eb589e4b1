/** Displays times. */

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** Formats a time in UTC, because the server does not know the reader's time zone. */
export function momentText(at: Date | number): string {
  return `${FORMAT.format(at)} UTC`
}

/** A `<time>` element with the formatted and the exact time. */
export function Moment({ at }: { at: Date | number }) {
  return <time datetime={new Date(at).toISOString()}>{momentText(at)}</time>
}
