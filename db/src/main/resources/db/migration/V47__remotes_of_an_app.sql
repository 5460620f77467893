-- Whether a remote is asked by the App that the operator registered at its forge, and not by a token of its own.
alter table project_remotes
    add column by_app boolean not null default false,
    add check (not by_app or forge = 'github' and credential is null);
