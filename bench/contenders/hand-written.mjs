import { requestTokenFrom } from './request-token.mjs';

/** The interceptor with a queue that is copied from one blog post to the next. */
function attachFunction(api, requestToken) {
  let token = null;
  let refreshAt = 0;
  let pending = null;
  let isRefreshing = false;
  let failedQueue = [];

  const processQueue = (error, newToken) => {
    failedQueue.forEach(({ resolve, reject }) => (error ? reject(error) : resolve(newToken)));
    failedQueue = [];
  };

  const fetchToken = async () => {
    const answer = await requestToken();
    token = answer.access_token;
    refreshAt = Date.now() + answer.expires_in * 1000 * 0.9; // the last tenth of the lifetime is a margin
    return token;
  };

  api.interceptors.request.use(async (config) => {
    if (!token || Date.now() >= refreshAt) {
      pending ??= fetchToken().finally(() => (pending = null));
      await pending;
    }
    config.headers.Authorization = `Bearer ${token}`;
    return config;
  });

  api.interceptors.response.use(
    (response) => response,
    async (error) => {
      const originalRequest = error.config;
      if (error.response?.status !== 401 || originalRequest._retry) throw error;
      originalRequest._retry = true;

      if (isRefreshing) {
        const newToken = await new Promise((resolve, reject) => failedQueue.push({ resolve, reject }));
        originalRequest.headers.Authorization = `Bearer ${newToken}`;
        return api(originalRequest);
      }

      isRefreshing = true;
      try {
        const newToken = await fetchToken();
        processQueue(null, newToken);
        originalRequest.headers.Authorization = `Bearer ${newToken}`;
        return api(originalRequest);
      } catch (refreshError) {
        processQueue(refreshError, null);
        throw refreshError;
      } finally {
        isRefreshing = false;
      }
    },
  );
  return () => {};
}

export const handWritten = {
  name: 'hand-written queue',
  packages: [],
  attach: (api, endpoint) => attachFunction(api, requestTokenFrom(endpoint)),
  attachFunction,
};
