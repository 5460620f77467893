-- What people may do, in one project or in all of them. The operator may everything and has no row.
create table roles (
    principal_id  bigint not null references principals on delete cascade,
    project_id    bigint references projects on delete cascade, -- null: every project, and the instance itself
    role          text not null check (role in ('viewer', 'developer', 'maintainer', 'admin')),
    given_at      timestamptz not null default now(),
    given_by      bigint references principals,
    unique nulls not distinct (principal_id, project_id)
);
create index roles_by_project on roles (project_id);

-- People of before may what their tokens say, as until now; who operates may say who is what in a project.
insert into roles (principal_id, role) select id, 'maintainer' from principals where kind = 'person';
update tokens set scopes = scopes || '{administer}' where 'operate' = any (scopes);
