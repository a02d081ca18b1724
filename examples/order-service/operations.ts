/** What clients ask of the service. An operation returns when the service says that it is done, and throws otherwise. */
import type { ServiceHttp, ServiceRequest } from 'ordeal';

export const operations = {
  async order(http: ServiceHttp, { id, user, amount }: ServiceRequest) {
    const answer = await http.post('/orders', { id, user, amount });
    return answer.json<{ receipt: number }>().receipt;
  },
};
