/** Thrown in a transaction when the one before it is run again or has failed: nothing of it is written. */
export class OvertakenError extends Error {
  constructor() {
    super('the transaction before this one is not committed');
  }
}

/**
 * A transaction's place in a row of them, of which each begins while the one before it is being committed.
 *
 * It begins when that one has written its rows: so the numbers which the server gives them rise with the order, and that
 * one waits for no lock any more. It is committed when that one is. One that is run again sends the one behind it back to
 * the start, which gives up its locks.
 */
export class Step {
  private readonly written = new Gate<void>();
  private readonly committed = new Gate<void>();
  private readonly over = new Gate<boolean>();
  private attempts = 0;
  private isGivenUp = false;

  /** @param before null where there is nothing to wait for */
  constructor(private before: Step | null) {}

  /** Resolves when the transaction may begin. */
  async turn(): Promise<void> {
    await this.before?.written.passed;
  }

  /** Waits until the one before will have no other attempt, and says whether this one is to be written then. */
  async afterBefore(): Promise<boolean> {
    const isCommitted = this.before === null || (await this.before.over.passed);
    if (isCommitted) this.before = null;
    return isCommitted && !this.isGivenUp;
  }

  /** An attempt of the transaction begins. */
  begin(): void {
    this.attempts += 1;
    if (this.attempts > 1) this.committed.refuse(new OvertakenError());
  }

  /** Its rows are written. */
  wrote(): void {
    this.written.open();
  }

  /** @throws OvertakenError when this attempt must not be committed */
  async mayCommit(): Promise<void> {
    await this.before?.committed.passed;
    if (this.isGivenUp) throw new OvertakenError();
  }

  /** Nobody wants it any more: it is not written, unless its COMMIT has been sent. */
  giveUp(): void {
    this.isGivenUp = true;
  }

  /** There will be no other attempt. */
  end(isCommitted: boolean): void {
    if (isCommitted) this.committed.open();
    for (const gate of [this.written, this.committed]) gate.refuse(new OvertakenError());
    this.over.open(isCommitted);
  }
}

/** Opened or refused once; what comes later does nothing. */
class Gate<T> {
  readonly passed: Promise<T>;
  open!: (value: T) => void;
  refuse!: (reason: Error) => void;

  constructor() {
    this.passed = new Promise((resolve, reject) => {
      this.open = resolve;
      this.refuse = reject;
    });
    this.passed.catch(() => undefined); // perhaps nobody waits
  }
}
