/* libcrlite for Node.js: open(path) gives a store, refusal(store, leaf.raw, issuer.raw) the reason
 * to refuse, or undefined. The issuer must be a proved one: see client.js.
 *   cc -shared -fPIC -I/usr/include/node crlite.c $(pkg-config --cflags --libs crlite) \
 *     -o crlite.node */
#include <crlite/crlite.h>
#include <node_api.h>

static void close_store(napi_env env, void* store, void* hint) {
  (void)env, (void)hint;
  crlite_close(store);
}

static napi_value open_store(napi_env env, napi_callback_info info) {
  size_t argc = 1, size;
  char path[4096];
  napi_value argument, value = NULL;
  crlite_store* store;
  napi_get_cb_info(env, info, &argc, &argument, NULL, NULL);
  crlite_error error = CRLITE_ERR_ARGUMENT;
  if (napi_get_value_string_utf8(env, argument, path, sizeof path, &size) == napi_ok)
    error = crlite_open(path, 0, &store);
  if (error == CRLITE_OK && napi_create_external(env, store, close_store, NULL, &value) != napi_ok)
    crlite_close(store);
  if (error != CRLITE_OK) napi_throw_error(env, "ERR_CRLITE", crlite_error_text(error));
  return value;
}

static napi_value refusal(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value arguments[3], value = NULL;
  void *store, *leaf, *issuer;
  crlite_certificate chain[2];
  napi_get_cb_info(env, info, &argc, arguments, NULL, NULL);
  crlite_result* result = crlite_result_new();
  crlite_error error = CRLITE_ERR_ARGUMENT;
  if (napi_get_value_external(env, arguments[0], &store) == napi_ok &&
      napi_get_buffer_info(env, arguments[1], &leaf, &chain[0].size) == napi_ok &&
      napi_get_buffer_info(env, arguments[2], &issuer, &chain[1].size) == napi_ok) {
    chain[0].data = leaf;
    chain[1].data = issuer;
    error = crlite_check_chain(store, chain, 2, CRLITE_NOW, result);
  }
  if (error == CRLITE_OK) crlite_report(store, result);
  if (error != CRLITE_OK)
    napi_throw_error(env, "ERR_CRLITE", crlite_error_text(error));
  else if (crlite_result_action(result) == CRLITE_REFUSE)
    napi_create_string_utf8(env, crlite_rule_name(crlite_result_rule(result)), NAPI_AUTO_LENGTH,
                            &value);
  crlite_result_free(result);
  return value;
}

NAPI_MODULE_INIT() {
  napi_property_descriptor functions[] = {
      {"open", NULL, open_store, NULL, NULL, NULL, napi_enumerable, NULL},
      {"refusal", NULL, refusal, NULL, NULL, NULL, napi_enumerable, NULL}};
  napi_define_properties(env, exports, 2, functions);
  return exports;
}
