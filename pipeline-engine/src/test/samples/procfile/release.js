console.log("released with " + process.env.PORT);
