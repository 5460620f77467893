-- Slipway's own work and not the containers': bringing an image to the registry, moving traffic.
alter table steps add column own boolean not null default false;
