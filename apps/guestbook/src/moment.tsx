/** A moment in time, for people and for machines. */

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** The one way to write a moment, in UTC: the server cannot know where the reader is. */
export function momentText(at: Date | number): string {
  return `${FORMAT.format(at)} UTC`
}

/** Written out, with the exact time for machines. */
export function Moment({ at }: { at: Date | number }) {
  return <time datetime={new Date(at).toISOString()}>{momentText(at)}</time>
}
