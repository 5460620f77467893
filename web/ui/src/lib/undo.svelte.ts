/** What happens in five seconds unless it is taken back. One at a time; it outlives the page that began it. */
class Pending {
    text = $state<string | null>(null);
    seconds = $state(0);
    error = $state<string | null>(null);
    private act: (() => Promise<void>) | null = null;
    private timer: ReturnType<typeof setInterval> | undefined;

    begin(text: string, act: () => Promise<void>) {
        this.now();
        this.text = text;
        this.error = null;
        this.seconds = 5;
        this.act = act;
        this.timer = setInterval(() => {
            this.seconds--;
            if (this.seconds <= 0) this.now();
        }, 1000);
    }

    undo() {
        clearInterval(this.timer);
        this.act = null;
        this.text = null;
    }

    dismiss() {
        this.error = null;
    }

    private now() {
        const act = this.act;
        this.undo();
        act?.().catch((error: unknown) => (this.error = error instanceof Error ? error.message : String(error)));
    }
}

export const pending = new Pending();
