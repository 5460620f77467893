-- What the switch adds to a request was kept with a webhook's headers, and shown with them.
update webhook_deliveries
set headers = headers - 'x-slipway-link' - 'x-slipway-client' - 'x-slipway-scheme'
where jsonb_exists(headers, 'x-slipway-link');
