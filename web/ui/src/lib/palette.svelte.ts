/** Whether the list that leads anywhere is open, and whether that of the keys is. */
class Palette {
    open = $state<'jump' | 'keys' | null>(null);

    show() {
        this.open = 'jump';
    }

    showKeys() {
        this.open = 'keys';
    }

    close() {
        this.open = null;
    }
}

export const palette = new Palette();
