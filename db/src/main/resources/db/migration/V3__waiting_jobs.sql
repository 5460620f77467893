-- What servers look at to prepare early what waiting jobs will need.
create index jobs_waiting on jobs (id) where state = 'waiting' and waits = 'needs';
