-- Which server took a push; while it lives nobody else ends what it began.
alter table deliveries add column server_id uuid;
