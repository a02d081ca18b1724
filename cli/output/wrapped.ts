/** Text for people in lines that a terminal of the usual width holds. */
const COLUMNS = 100;

/** Words kept whole; no line longer than 100 characters unless a word is. */
export function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
