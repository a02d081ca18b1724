/** Memory of large arrays that nobody needs any more. */

/**
 * Gives an array's memory back at once, and leaves the array empty. The collector does so too, but in its own time: it sees a small
 * object, and meanwhile the next large array is made.
 */
export function giveBack(array: { readonly buffer: ArrayBuffer }): void {
  array.buffer.transfer(0);
}
