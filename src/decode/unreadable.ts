/** Bytes are not what the schema says; the message tells what was expected and what was there. */
export class Unreadable extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'Unreadable';
  }
}
