-- What becomes of instants that nobody was there for, and whether one that is due waits for a push to end.
alter table schedules
    add column missed text not null default 'once' check (missed in ('once', 'skip')),
    add column waits boolean not null default false;
