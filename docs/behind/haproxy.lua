-- Asks gatehouse about a request. haproxy.cfg loads it; its one argument is gatehouse's address.

-- Headers of one connection (RFC 9110 section 7.6.1) and of a body, which a check has not.
local NOT_ASKED = {
  ["connection"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true, ["trailer"] = true,
  ["transfer-encoding"] = true, ["upgrade"] = true, ["content-length"] = true, ["expect"] = true, ["host"] = true,
}

-- What a person gets from gatehouse when a request is refused.
local ANSWERED = { "location", "www-authenticate", "content-type", "cache-control", "retry-after" }

-- The names of `identity_headers` of your routes, in lower case.
local FURTHER = { ["remote-user"] = true }

local function is_identity(name)
  return FURTHER[name] or name == "cookie" or name:sub(1, 7) == "x-auth-" or name:sub(1, 5) == "x-ms-"
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status, body = body or "" })
  for name, value in pairs(headers) do
    reply:add_header(name, value)
  end
  txn:done(reply)
end

core.register_action("ask_gatehouse", { "http-req" }, function(txn, address)
  local headers = { ["host"] = {}, ["x-forwarded-uri"] = { txn.sf:pathq() }, ["x-forwarded-method"] = { txn.sf:method() } }
  for name, values in pairs(txn.http:req_get_headers()) do
    if name == "host" or not NOT_ASKED[name] then
      headers[name] = headers[name] or {}
      for _, value in pairs(values) do
        table.insert(headers[name], value)
      end
    end
  end

  -- gatehouse lets pages of other sites open no websocket, so a check must look like what it asks about. Over HTTP/2 a
  -- websocket has no key of its own (RFC 8441): HAProxy makes one later.
  if next(txn.http:req_get_headers()["upgrade"] or {}) then
    headers["sec-websocket-version"] = { "13" }
    headers["sec-websocket-key"] = headers["sec-websocket-key"] or { "AAAAAAAAAAAAAAAAAAAAAA==" }
  end

  local answer = core.httpclient():get({
    url = "http://" .. address .. "/auth/check", headers = headers, timeout = 10000,
  })
  if answer == nil or answer.status == nil or answer.status == 0 or answer.status >= 500 then
    return refuse(txn, 503, { ["retry-after"] = "5" }, "Nobody can tell just now whether you are signed in.\n")
  end
  if answer.status ~= 200 then
    local told = { }
    for _, name in ipairs(ANSWERED) do
      local values = answer.headers[name]
      if values then told[name] = values[0] end
    end
    return refuse(txn, answer.status, told, answer.body)
  end

  -- The application gets its own cookies without those of gatehouse, and who the person is.
  txn.http:req_del_header("cookie")
  for name, values in pairs(answer.headers) do
    if is_identity(name) then
      for _, value in pairs(values) do
        txn.http:req_add_header(name, value)
      end
    end
  end
end, 1)
