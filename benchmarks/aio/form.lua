wrk.method = "POST"
wrk.body = "first=Ada&last=Lovelace&born=1815"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
