"""Secrets that no report may have, as a suite gets them from a file of variables."""

import os

from robot.utils import Secret

# What a suite types or sends.
PLANTED = {
    "variable": "planted-7301-variable",
    "dictionary item": "planted-7302-item",
    "named argument": "planted-7303-named",
    "list": "planted-7304-list",
    "odd": "planted-7305-'\"<&ä",
    "field": "planted-7306-field",
    "query": "planted-7307-query",
    "code": "planted-7308-code",
    "json": "planted-7309-json",
    "cookie": "planted-7310-cookie",
    "header": "planted-7311-header",
    "text": "planted-7313-text",
    "one-time": "planted-7314-one-time",
    "script": "planted-7317-script",
}
BOTH = ["secret", PLANTED["list"]]
SECRET = Secret("planted-7312-secret")

# What is in the environment of the run.
ENVIRONMENT = "planted-7320-environment"
os.environ["SHOP_API_KEY"] = ENVIRONMENT

# What requests have in headers, parameters and bodies of all kinds.
SENT_HEADERS = {
    "X-CSRF-Token": "planted-7401-csrf",
    "Api-Key": "planted-7402-api",
    "X-Access-Token": "planted-7403-access",
    "X-Amz-Security-Token": "planted-7404-amz",
    "Private-Token": "planted-7405-private",
    "X-Session-Id": "planted-7406-session",
    "Authorization": "Bearer planted-7407-bearer",
    "Proxy-Authorization": "Basic planted-7408-basic",
}
SENT_PARAMETERS = {
    name: f"planted-{number}-{name}"
    for number, name in enumerate(
        ("pwd", "sig", "signature", "key", "session", "sid", "auth", "jwt", "otp"), 7411
    )
}
BODIES = [
    ("application/json", '{"a": "x\\"y", "password": "planted-7431-escaped"}'),
    ("application/json", '{"password": {"value": "planted-7432-nested"}}'),
    ("application/json", '{"tokens": ["planted-7433-list"]}'),
    ("application/json", f'{{"a": "{"x" * 1970}", "password": "planted-7434-cut"}}'),
    ("text/plain", "user=ann&password=planted-7435-plain"),
    ("application/xml", "<login><password>planted-7436-xml</password></login>"),
    ("application/yaml", "user: ann\npassword: planted-7437-yaml\n"),
    (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nplanted-7438\r\n--b--\r\n',
    ),
]

# What the application says by itself.
SAID = (
    "postgresql://ann:planted-7501-p@ss/word@db/shop",
    "host=db password=planted-7502-dsn",
    "Credentials(user='ann', password='planted-7503-repr')",
    "Authorization: Bearer planted-7504-bearer",
    "password: planted-7505-colon",
    "AWS_SECRET_ACCESS_KEY=planted-7506-aws",
    "UPDATE users SET password = 'planted-7507-sql' WHERE name = 'ann'",
    "{'api_key': 'planted-7508-dict'}",
    "https://shop/#access_token=planted-7509-fragment",
)
HIDDEN = [f"planted-{number}-markup" for number in range(7521, 7526)]
