-- With which a project proves itself to an ssh server: one key per project, whose private part never leaves the instance.
alter table project_remotes
    add column deploy_key        bytea,                     -- sealed; null: none
    add column deploy_key_public text not null default '';  -- what the server is to know
