// The keys of this browser: CryptoKey objects that it never gives away, in a database of this site alone.
const NAME = 'karguzar-keys';
const KEYS = 'keys';

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEYS, { keyPath: 'reference' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(KEYS, mode);
      const request = act(transaction.objectStore(KEYS));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

// reference: SHA-256 of the public key, as the office names it
export async function keep(reference, privateKey) {
  if (navigator.storage?.persist) await navigator.storage.persist();
  await within('readwrite', (keys) => keys.put({ reference, privateKey }));
}

export async function kept(reference) {
  const found = await within('readonly', (keys) => keys.get(reference));
  return found ? found.privateKey : null;
}

export const references = () => within('readonly', (keys) => keys.getAllKeys());
