module slipway.example/helper

go 1.25
